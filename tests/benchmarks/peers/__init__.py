"""What a clinic would pick instead: small programs of the same ward, one for each peer."""
