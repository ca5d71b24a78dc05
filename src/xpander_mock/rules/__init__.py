"""What each operation of the API does. HTTP is not known here."""
