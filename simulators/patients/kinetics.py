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

    __slots__ = (
        *("_aa", "_ab", "_ac", "_ar", "_ba", "_bb", "_bc", "_br", "_ca", "_cb", "_cc", "_cr"),
        *(
            "_central",
            "_deep",
            "_ea",
            "_eb",
            "_ec",
            "_ee",
            "_effect",
            "_er",
            "_ng_per_ml",
            "_shallow",
        ),
    )

    def __init__(
        self, weight_kg: float, clearance: float = 1.0, volume: float = 1.0, effect: float = 1.0
    ) -> None:
        central_l = _V1_L_PER_KG * weight_kg * volume
        self._ng_per_ml = 1000 / central_l
        self._central = self._shallow = self._deep = self._effect = 0.0
        elimination = _K10 * clearance / volume
        exchange = exponential(_system(elimination, _KE0 * effect, self._ng_per_ml), STEP_MIN)
        # Unrolled, without the zeros: this is the innermost loop of a thousand patients.
        (self._aa, self._ab, self._ac, _, self._ar) = exchange[0]
        (self._ba, self._bb, self._bc, _, self._br) = exchange[1]
        (self._ca, self._cb, self._cc, _, self._cr) = exchange[2]
        (self._ea, self._eb, self._ec, self._ee, self._er) = exchange[3]

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
        rate = rate_mg_per_min
        self._central = self._aa * a + self._ab * b + self._ac * c + self._ar * rate
        self._shallow = self._ba * a + self._bb * b + self._bc * c + self._br * rate
        self._deep = self._ca * a + self._cb * b + self._cc * c + self._cr * rate
        self._effect = self._ea * a + self._eb * b + self._ec * c + self._ee * e + self._er * rate


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
