"""How pictures are scaled before a network sees them."""

# ImageNet statistics, so that pretrained encoders see what they were trained on:
# https://pytorch.org/vision/stable/models.html
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
