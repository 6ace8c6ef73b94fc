"""What of a thing may be on disk: a request that was answered happened, or was refused and did not happen;
one that was not answered happened whole or not at all."""


class Any:
    """A value that only the daemon knows: of a request whose answer was lost."""

    def __repr__(self):
        return "any"

    def __deepcopy__(self, _):
        return self


ANY = Any()


def fits(actual, possible):
    """Whether a record with these members is one of which some values may be unknown."""
    return actual.keys() == possible.keys() and all(
        (bool(actual[name]) if wanted is ANY else actual[name] == wanted) for name, wanted in possible.items())


class Record:
    """The possible states of one thing, each a dictionary of its members. Threads: one."""

    def __init__(self, **members):
        self.possible = [members]

    def known(self):
        """Its members, when they are certain."""
        return self.possible[0] if len(self.possible) == 1 else None

    def change(self, call, granted=lambda answer: {}, **members):
        """Makes a request that gives it these members, when it is granted; `granted` takes more of them from
        the answer. A lost answer leaves both states. Returns the answer, None when it was refused."""
        before = self.possible
        self.possible = before + [state | members for state in before]
        status, answer = call()
        if status != 200:
            self.possible = before
            return None
        self.possible = [state | members | granted(answer) for state in before]
        return answer

    def settle(self, what, actual):
        """Takes what is really there, which must be possible."""
        assert any(fits(actual, state) for state in self.possible), \
            f"{what} is {actual}, and may only be one of {self.possible}"
        self.possible = [actual]
