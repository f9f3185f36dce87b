"""What is worn: glasses, hats, jewellery and clothes."""
