// QGA
