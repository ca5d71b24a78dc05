"""What a run is held against: the target that the environment names, or a mock that the run starts itself."""
