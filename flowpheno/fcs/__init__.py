"""FCS files: bytes to keywords and linear events, and back."""
