"""Stand-ins for the world outside: real servers and real protocols, only smaller."""
