"""Files of the parser that facegen brings: weights, ONNX graph and card. `make parser` writes them."""
