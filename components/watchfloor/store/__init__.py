"""What did we know, and when? Records, observations and the journal of human acts."""
