"""Face parsing: networks, training, evaluation, and what synthetic faces cost against real ones.

Images are (N, 3, S, S) uint8 RGB and label maps (N, S, S) uint8 in one convention, 255 = ignore, until a
batch reaches the network.
"""
