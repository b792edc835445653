# What a trained model is, without R: plain lists of numbers and texts, which write_exact_json() stores and the
# Python and ONNX forms read. One method for each class of model.

neutral_form <- function(model) UseMethod("neutral_form")

# The scorecard is such a list already.
neutral_form.default <- function(model) model
