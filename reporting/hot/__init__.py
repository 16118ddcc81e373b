"""Hot issues: tickets that speak of the same thing, found by their words, the place they name, business and time (K05).

`alike` says whether two texts do, and why; `shelf` puts texts into groups one after the other; `keep` does so with the
tickets of an organisation as they come; `surge` sees a sudden rise; `measure` says how well it works on judged texts.
"""
