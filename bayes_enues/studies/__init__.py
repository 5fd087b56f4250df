"""What a limit rests on: its prior, its inputs, the fit's quality, the evidence, more exposure."""
