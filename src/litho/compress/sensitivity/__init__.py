"""How much of its accuracy a network loses where a part of it is pruned or quantized.

found = targets(matrices(model, ["*.encoder.*"]))         # layers, kinds, single matrices
cases = [Case(target, PruneRule("*", sparsity=0.5)) for target in found]
study(model, judge, cases)                                # accuracy and drop, with intervals
"""

from litho.compress.sensitivity.bootstrap import Interval, Scores, bootstrap
from litho.compress.sensitivity.case import Case, check_cases, compressed, needed_batches
from litho.compress.sensitivity.study import Judge, Row, Scored, ranking, row_of, score, study
from litho.compress.sensitivity.targets import GROUPS, Matrix, Target, matrices, targets

__all__ = [
    "GROUPS",
    "Case",
    "Interval",
    "Judge",
    "Matrix",
    "Row",
    "Scored",
    "Scores",
    "Target",
    "bootstrap",
    "check_cases",
    "compressed",
    "matrices",
    "needed_batches",
    "ranking",
    "row_of",
    "score",
    "study",
    "targets",
]
