"""Finding: articles in, passages out."""
