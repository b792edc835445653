"""Reading a form to prove that it is additive: a sum of step functions of one input each."""
