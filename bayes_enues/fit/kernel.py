"""chi^2, its gradient and its Hessian of every model whose counts are sums of products, in Numba.

What is expected in a bin is a sum of terms. A term is a template, counts by bin, times factors of one
variable each: a power of a parameter, one plus a nuisance, a tent of a response nuisance. Bin templates of
an interaction times scale nuisances are of this kind, and nothing else is needed for them, so one compiled
function serves every model structure. Models that are no sums of products keep the graph that PyTensor
compiles; where a sampler is compiled, both are compared (:mod:`bayes_enues.fit.agreement`).
"""

from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types
from numba.extending import overload

from ..compiled.caching import njit
from .logarithm import log

#: Kinds of factors of a variable x with a unit a and an exponent n: (x / a)^n; (1 + x)^n;
#: a tent of unit width around a, between whose neighbours everything is linear; exp(x);
#: the even part of a morph between shapes, :func:`bayes_enues.experiments.factors.bend` of x / a.
POWER, ONE_PLUS, TENT, EXPONENTIAL, BEND = 0, 1, 2, 3, 4

#: Sums may be taken in another order, which moves the last digit: processors then add several bins at once.
#: Compiled loops set numbers one by one: to copy an array into another, Numba compiles the words of an error
#: on their shapes, which takes longer than all of the likelihood.
FAST = {"nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract"}}


class Terms(NamedTuple):
    """What is expected in each bin, and how it is compared with the counts.

    Attributes
    ----------
    counts : (n_terms, n_bins)
        Templates, zero outside the bins of their experiment.
    start, stop : (n_terms,)
        The bins of each.
    first : (n_terms + 1,)
        Where the factors of each term begin in ``factor`` and ``after``.
    factor : (n_factors,)
        Which of the different factors each is.
    variable, kind, exponent, unit : (n_different,)
        The different factors: evaluated once at a point, however many terms they multiply.
    after : (n_factors,)
        The next term that does not share this factor and those before it. Where a tent does not reach, no
        term up to there adds anything: of a grid of 49 shapes four are left.
    gaussian : (n_bins,) bool
        Whether a bin's likelihood is Gaussian, Eq. 15, or Poisson, Eq. 14.
    below, above : (n,)
        One over sigma^2 of each variable's penalty, below and above its centre; zero without penalty.
    coupling : (n, n)
        What a correlation adds: the inverse of the covariance matrix less what the widths alone give.
    """

    counts: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    first: np.ndarray
    factor: np.ndarray
    variable: np.ndarray
    kind: np.ndarray
    exponent: np.ndarray
    unit: np.ndarray
    after: np.ndarray
    gaussian: np.ndarray
    below: np.ndarray
    above: np.ndarray
    coupling: np.ndarray


@numba.njit(**FAST)
def _power(x, n):
    value = 1.0
    for _ in range(n):
        value *= x
    return value


@numba.njit(**FAST)
def _factor(kind, x, unit, n):
    """A factor, its first and its second derivative."""
    if kind == TENT:
        distance = x - unit
        if distance < -1.0 or distance >= 1.0:  # on a kink the derivative is that to the right
            return 0.0, 0.0, 0.0
        return 1.0 - abs(distance), (1.0 if distance < 0 else -1.0), 0.0
    if kind == EXPONENTIAL:
        value = np.exp(x)
        return value, value, value
    if kind == BEND:
        t, size = x / unit, abs(x / unit)
        if size >= 1.0:
            return 8.0 * size, (8.0 if t > 0 else -8.0) / unit, 0.0
        s = t * t
        even = s * (15.0 - 10.0 * s + 3.0 * s * s)
        return even, t * (30.0 - 40.0 * s + 18.0 * s * s) / unit, (30.0 - 120.0 * s + 90.0 * s * s) / unit**2
    base, slope = (x / unit, 1.0 / unit) if kind == POWER else (1.0 + x, 1.0)
    if n == 1:
        return base, slope, 0.0
    second = n * (n - 1) * _power(base, n - 2) * slope * slope if n > 1 else 0.0
    return _power(base, n), (n * _power(base, n - 1) * slope if n > 0 else 0.0), second


@numba.njit(**FAST)
def _beyond(kind, value, slope):
    """Whether a factor is that of a tent that does not reach here: its terms add nothing."""
    return kind == TENT and value == 0.0 and slope == 0.0


@numba.njit(**FAST)
def _present(terms, value, slope):
    """Terms that every tent among their factors reaches, (n_terms,), and how many they are."""
    present, n_present, following = np.empty(terms.start.size, np.int64), 0, 0
    while following < terms.start.size:
        t, following = following, following + 1
        reached = True
        for f in range(terms.first[t], terms.first[t + 1]):
            d = terms.factor[f]
            if _beyond(terms.kind[d], value[d], slope[d]):
                following, reached = terms.after[f], False
                break
        if reached:
            present[n_present] = t
            n_present += 1
    return present, n_present


@numba.njit(**FAST)
def _add(factor, template, start, stop, to):
    for i in range(np.uint64(start), np.uint64(stop)):  # never below zero, so four at a time
        to[i] += factor * template[i]


@numba.njit(**FAST)
def _product(a, b, start, stop):
    total = 0.0
    for i in range(np.uint64(start), np.uint64(stop)):
        total += a[i] * b[i]
    return total


@numba.njit(**FAST)
def _bin(gaussian, n, sigma, mu):
    """A bin's chi^2 less its value for a saturated model; first and second derivative by what is expected.

    All cases are computed and one is chosen, so that several bins are done at once. Where a caller leaves a
    derivative unused, the compiler leaves it out.
    """
    possible = mu > 0.0  # a morph may fall a little below zero where next to nothing is expected
    some = mu if possible else 1.0
    ratio, one_over = n / some, 1.0 / (sigma if gaussian else some)  # large counts must cancel bin by bin
    pull = (mu - n) * one_over
    value = 2.0 * (some - n + n * log(ratio))
    value = value if possible else (np.inf if n > 0.0 else 0.0)
    first = 2.0 * (1.0 - ratio) if possible else 0.0
    second = 2.0 * ratio * one_over if possible else 0.0
    value = pull * pull if gaussian else value
    first = 2.0 * pull * one_over if gaussian else first
    second = 2.0 * one_over * one_over if gaussian else second
    return value, first, second


@numba.njit(**FAST)
def _penalty(terms, centre, i, x):
    """Half the slope of the penalties of all variables x (n,) along the i-th."""
    away = x[i] - centre[i]
    half = (terms.below[i] if away < 0 else terms.above[i]) * away
    for j in range(x.size):
        if terms.coupling[i, j] != 0.0:
            half += terms.coupling[i, j] * (x[j] - centre[j])
    return half


@numba.njit(**FAST)
def chi2_and_derivatives(
    terms: Any, numbers: np.ndarray, x: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """chi^2 less its value for a saturated model, gradient (n,) and Hessian (n, n).

    ``numbers`` are the observed counts of all bins, their Gaussian errors, and the centre of each variable's
    penalty, one after the other: what a toy experiment changes.
    """
    n, n_bins = x.size, terms.gaussian.size
    n_factors = terms.variable.size
    observed, sigma, centre = numbers[:n_bins], numbers[n_bins : 2 * n_bins], numbers[2 * n_bins :]
    value, slope, bend = np.empty(n_factors), np.empty(n_factors), np.empty(n_factors)
    mu, slopes = np.zeros(n_bins), np.zeros((n, n_bins))
    for d in range(n_factors):
        value[d], slope[d], bend[d] = _factor(
            terms.kind[d], x[terms.variable[d]], terms.unit[d], terms.exponent[d]
        )
    present, n_present = _present(terms, value, slope)
    for i in range(n_present):
        t = present[i]
        a, b, start, stop = terms.first[t], terms.first[t + 1], terms.start[t], terms.stop[t]
        product = 1.0
        for f in range(a, b):
            product *= value[terms.factor[f]]
        template = terms.counts[t]
        _add(product, template, start, stop, mu)
        for f in range(a, b):
            part = slope[terms.factor[f]]
            for g in range(a, b):
                if g != f:
                    part *= value[terms.factor[g]]
            _add(part, template, start, stop, slopes[terms.variable[terms.factor[f]]])

    chi2 = 0.0
    first, second = np.empty(n_bins), np.empty(n_bins)
    for i in range(n_bins):
        added, first[i], second[i] = _bin(terms.gaussian[i], observed[i], sigma[i], mu[i])
        chi2 += added
    gradient, hessian, weighted = np.zeros(n), np.zeros((n, n)), np.empty(n_bins)
    for j in range(n):
        gradient[j] = _product(first, slopes[j], 0, n_bins)
        for i in range(n_bins):
            weighted[i] = second[i] * slopes[j, i]
        for k in range(j + 1):
            hessian[j, k] = _product(weighted, slopes[k], 0, n_bins)
    for i in range(n_present):
        t = present[i]
        a, b = terms.first[t], terms.first[t + 1]
        start, stop = terms.start[t], terms.stop[t]
        weight = _product(first, terms.counts[t], start, stop)
        for f in range(a, b):
            d = terms.factor[f]
            for h in range(a, f + 1):
                e = terms.factor[h]
                part = bend[d] if f == h else slope[d] * slope[e]
                for g in range(a, b):
                    if g != f and g != h:
                        part *= value[terms.factor[g]]
                j, k = terms.variable[d], terms.variable[e]
                hessian[max(j, k), min(j, k)] += weight * part * (2.0 if j == k and f != h else 1.0)
    for j in range(n):
        half = _penalty(terms, centre, j, x)
        chi2 += half * (x[j] - centre[j])
        gradient[j] += 2.0 * half
        hessian[j, j] += 2.0 * (terms.below[j] if x[j] < centre[j] else terms.above[j])
        for k in range(j + 1):
            hessian[j, k] += 2.0 * terms.coupling[j, k]
        for k in range(j):
            hessian[k, j] = hessian[j, k]
    return chi2, gradient, hessian


@numba.njit(**FAST)
def chi2_and_gradient(terms: Any, numbers: np.ndarray, x: np.ndarray, gradient: np.ndarray) -> float:
    """chi^2 less its value for a saturated model; its gradient (n,) is filled in. What a sampler asks for."""
    n_bins, n_factors = terms.gaussian.size, terms.variable.size
    observed, sigma, centre = numbers[:n_bins], numbers[n_bins : 2 * n_bins], numbers[2 * n_bins :]
    room = np.empty(2 * n_factors + n_bins)
    value, slope, mu = room[:n_factors], room[n_factors : 2 * n_factors], room[2 * n_factors :]
    mu[:] = 0.0
    for d in range(n_factors):
        value[d], slope[d], _ = _factor(terms.kind[d], x[terms.variable[d]], terms.unit[d], terms.exponent[d])
    present, n_present = _present(terms, value, slope)
    for i in range(n_present):
        t = present[i]
        product = 1.0
        for f in range(terms.first[t], terms.first[t + 1]):
            product *= value[terms.factor[f]]
        _add(product, terms.counts[t], terms.start[t], terms.stop[t], mu)
    chi2 = 0.0
    for i in range(n_bins):  # from here on the derivative by what is expected
        added, mu[i], _ = _bin(terms.gaussian[i], observed[i], sigma[i], mu[i])
        chi2 += added
    gradient[:] = 0.0
    for i in range(n_present):
        t = present[i]
        a, b, start, stop = terms.first[t], terms.first[t + 1], terms.start[t], terms.stop[t]
        if a == b:
            continue
        weight = _product(mu, terms.counts[t], start, stop)
        for f in range(a, b):
            part = slope[terms.factor[f]]
            for g in range(a, b):
                if g != f:
                    part *= value[terms.factor[g]]
            gradient[terms.variable[terms.factor[f]]] += weight * part
    for j in range(x.size):
        half = _penalty(terms, centre, j, x)
        chi2 += half * (x[j] - centre[j])
        gradient[j] += 2.0 * half
    return chi2


@njit(**FAST)
def _full(terms, numbers, x, gradient, hessian):
    chi2, slope, bend = chi2_and_derivatives(terms, numbers, x)
    for i in range(x.size):
        gradient[i] = slope[i]
        for j in range(x.size):
            hessian[i, j] = bend[i, j]
    return chi2


def chi2_full(terms: Terms, numbers: np.ndarray, x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """The same for calls from Python; Numba cannot read back from its cache what returns several arrays."""
    gradient, hessian = np.empty(x.size), np.empty((x.size, x.size))
    return _full(terms, numbers, x, gradient, hessian), gradient, hessian


def chi2_at(of: Any, numbers: np.ndarray, x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """chi^2, gradient and Hessian for other compiled code: of terms, or of a graph that PyTensor compiled.

    Which of the two is decided by the type when Numba compiles the caller.
    """
    return chi2_and_derivatives(of, numbers, x)


@overload(chi2_at)
def _chi2_at(of, numbers, x):
    if isinstance(of, types.FunctionType):

        def of_graph(of, numbers, x):
            value, gradient, hessian = of((x, numbers))
            return value.item(), gradient, hessian

        return of_graph
    return lambda of, numbers, x: chi2_and_derivatives(of, numbers, x)


@numba.njit(**FAST)
def _tented(of, n):
    kinked = np.zeros(n, np.bool_)
    for f in range(of.kind.size):
        if of.kind[f] == TENT:
            kinked[of.variable[f]] = True
    return kinked


def kinks_of(of: Any, n: int) -> np.ndarray:
    """Which of n variables multiply templates by tents, so that chi^2 has kinks at whole numbers of them."""
    return _tented(of, n)


@overload(kinks_of)
def _kinks_of(of, n):
    if isinstance(of, types.FunctionType):
        return lambda of, n: np.zeros(n, np.bool_)  # a graph does not tell
    return lambda of, n: _tented(of, n)


@numba.njit(**FAST)
def _expected(terms, x, value, mu):
    """Counts (n_bins,) are filled in; ``value`` (n_different,) is room for the factors."""
    mu[:] = 0.0
    for d in range(value.size):
        value[d] = _factor(terms.kind[d], x[terms.variable[d]], terms.unit[d], terms.exponent[d])[0]
    following = 0
    while following < terms.start.size:
        t, following = following, following + 1
        product = 1.0
        for f in range(terms.first[t], terms.first[t + 1]):
            d = terms.factor[f]
            product *= value[d]
            if product == 0.0:
                if value[d] == 0.0 and terms.kind[d] == TENT:  # most of a grid of shapes do not reach here
                    following = terms.after[f]
                break
        if product != 0.0:
            _add(product, terms.counts[t], terms.start[t], terms.stop[t], mu)


@njit(**FAST)
def chi2_many(terms: Any, numbers: np.ndarray, points: np.ndarray) -> np.ndarray:
    """chi^2, less its value for a saturated model, at many points (m, n): (m,)."""
    n_bins = terms.gaussian.size
    mu, value, result = np.empty(n_bins), np.empty(terms.variable.size), np.empty(points.shape[0])
    centre = numbers[2 * n_bins :]
    for m in range(points.shape[0]):
        x = points[m]
        _expected(terms, x, value, mu)
        chi2 = 0.0
        for i in range(n_bins):
            chi2 += _bin(terms.gaussian[i], numbers[i], numbers[n_bins + i], mu[i])[0]
        for j in range(x.size):
            chi2 += _penalty(terms, centre, j, x) * (x[j] - centre[j])
        result[m] = chi2
    return result


@njit(**FAST)
def expected_many(terms: Any, points: np.ndarray) -> np.ndarray:
    """Expected counts of all bins at many points (m, n): (m, n_bins)."""
    result = np.empty((points.shape[0], terms.gaussian.size))
    value = np.empty(terms.variable.size)
    for m in range(points.shape[0]):
        _expected(terms, points[m], value, result[m])
        for i in range(result.shape[1]):  # as in chi^2, for toys are thrown from it
            result[m, i] = max(result[m, i], 0.0)
    return result
