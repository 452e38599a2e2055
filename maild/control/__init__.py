"""What operators and agents may ask and do: through the running daemon's socket, or straight on the database."""
