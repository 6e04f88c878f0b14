"""What fewer bits cost in accuracy and save in hardware.

python examples/widths.py
"""

from copy import deepcopy

import litho
from litho import tasks

data = tasks.find("digits").load(seed=0)
model = tasks.build("mlp", data, {"hidden": [16]}, seed=0)
tasks.train(model, data, tasks.Training(epochs=20, rate=5e-3))

print("weights  accuracy  LUTs")
for width in (8, 6, 4, 3):
    narrow = deepcopy(model)
    rule = litho.QuantizeRule("*", weights=f"fixed{width}", inputs="ufixed6")
    litho.quantize(narrow, rule, data.train_inputs)
    graph = litho.lower(litho.capture(narrow, data.example))
    (scores,) = litho.interpret(graph, data.test_inputs).values()
    accuracy = tasks.accuracy(scores[:, 0], data.test_targets.numpy())
    luts = litho.estimate(graph, interval=64).estimate.luts.mid
    print(f"{width:<7}  {accuracy:<8.4f}  {luts}")
