"""What should I see? The one room that draws; each view takes a floor and shows itself in Jupyter and in an app."""
