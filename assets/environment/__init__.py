"""What surrounds a head: lights and backdrops."""
