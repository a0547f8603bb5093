"""What draw_samples.py draws with: digits, garments, test patterns, and a pen for all of them."""
