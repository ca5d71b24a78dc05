"""What tests and people can do to a running mock, under `/_mock/`."""
