"""What several programs for guests have in common; each joined file has its own copy of what it uses."""
