"""Code that several guest programs share; each joined file has its own copy of what it uses."""
