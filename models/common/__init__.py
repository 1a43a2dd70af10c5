"""What the training programs share."""
