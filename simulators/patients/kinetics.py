"""Ketamine in plasma and at its effect site: Domino's three compartments (PMID 7198883) and an effect compartment.

Between two steps the infusion rate is constant, so a step is exact: the state is multiplied by the exponential of the
system's matrix, which is computed once per person.
"""

from __future__ import annotations

STEP_MIN = 1 / 60
"""One step is one second."""

_V1_L_PER_KG = 0.063
_K10 = 0.4381
_K12, _K21 = 0.5921, 0.2470
_K13, _K31 = 0.5900, 0.0146
_KE0 = 0.12
"""Per minute. This ke0 lets the effect fall to half about ten minutes after the stop, as blood pressure does."""

Matrix = list[list[float]]


class Kinetics:
    """One person's drug: amounts in mg, concentrations in ng/mL.

    The factors scale the clearance, the central volume and ke0 of the published mean person.
    """

    __slots__ = ("_central", "_deep", "_effect", "_ng_per_ml", "_rows", "_shallow")

    def __init__(
        self, weight_kg: float, clearance: float = 1.0, volume: float = 1.0, effect: float = 1.0
    ) -> None:
        central_l = _V1_L_PER_KG * weight_kg * volume
        self._ng_per_ml = 1000 / central_l
        self._central = self._shallow = self._deep = self._effect = 0.0
        elimination = _K10 * clearance / volume
        exchange = exponential(_system(elimination, _KE0 * effect, self._ng_per_ml), STEP_MIN)
        self._rows = tuple(tuple(row) for row in exchange[:4])

    @property
    def plasma(self) -> float:
        """Concentration in plasma, ng/mL."""
        return self._central * self._ng_per_ml

    @property
    def effect(self) -> float:
        """Concentration at the effect site, ng/mL."""
        return self._effect

    def advance(self, rate_mg_per_min: float) -> None:
        """Let one second pass at this infusion rate."""
        a, b, c, e = self._central, self._shallow, self._deep, self._effect
        self._central, self._shallow, self._deep, self._effect = (
            row[0] * a + row[1] * b + row[2] * c + row[3] * e + row[4] * rate_mg_per_min
            for row in self._rows
        )


def _system(elimination: float, ke0: float, ng_per_ml: float) -> Matrix:
    """Rates of change of central, shallow, deep, effect; the fifth column is the infusion."""
    return [
        [-(elimination + _K12 + _K13), _K21, _K31, 0.0, 1.0],
        [_K12, -_K21, 0.0, 0.0, 0.0],
        [_K13, 0.0, -_K31, 0.0, 0.0],
        [ke0 * ng_per_ml, 0.0, 0.0, -ke0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
    ]


def exponential(matrix: Matrix, scale: float) -> Matrix:
    """exp(matrix * scale) as its power series; meant for small ``matrix * scale``, as one second's is."""
    size = range(len(matrix))
    term = [[float(row == column) for column in size] for row in size]
    total = [row[:] for row in term]
    for power in range(1, 20):
        factor = scale / power
        term = [
            [factor * sum(term[row][k] * matrix[k][column] for k in size) for column in size]
            for row in size
        ]
        total = [[total[row][column] + term[row][column] for column in size] for row in size]
    return total
