"""What a person may do on a ticket now, from the one function that also guards it (design §9.3)."""

from __future__ import annotations

from typing import Any, TypeGuard

from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.actions.outcome import Outcome
from tickets.core.offers import Offer, offers
from tickets.rulebook.compiled import APPROVE, Ask, Back, Book, End, Next, Recall
from tickets.views.action_faces import icon_of, keys_for
from tickets.views.reader import Reader, language


def own_offers(reader: Reader, found: Outcome) -> list[Offer]:
    return offers(found.book, found.picture, actor=reader.actor, world=found.world, at=reader.at)


def action_panel(reader: Reader, found: Outcome, own: list[Offer]) -> list[dict[str, Any]]:
    """The main act first and filled, the rest in the rulebook's order; a refused act stays, with its reason."""
    main = main_act(found.book, own)
    keys = keys_for([offer.action.name for offer in own if offer.refused is None])
    several = _names_of_several(own)
    acts = [
        {
            "action": _identity(offer),
            "title": _title(offer, reader, found, several),
            "url": act_url(found.ticket.number, offer),
            "icon": icon_of(offer.action.name),
            "main": offer is main,
            "key": keys.get(offer.action.name, "") if offer.action.name not in several else "",
            "allowed": offer.refused is None,
            "reason": offer.refused.sentence.say(language()) if offer.refused else "",
            "way_out": _way_out(offer, own, found) if offer.refused else None,
        }
        for offer in own
    ]
    return sorted(acts, key=lambda act: (not act["main"], not act["allowed"]))


def _identity(offer: Offer) -> str:
    return f"{offer.action.name}-{offer.step.ordinal}" if offer.step else offer.action.name


def act_url(number: str, offer: Offer) -> str:
    step = f"?step={offer.step.id}" if offer.step and offer.step.id else ""
    return reverse("ticket-act", args=[number, offer.action.name]) + step


def _names_of_several(own: list[Offer]) -> set[str]:
    """Actions offered on more than one step: their titles have to say on which."""
    names = [offer.action.name for offer in own]
    return {name for name in names if names.count(name) > 1}


def _title(offer: Offer, reader: Reader, found: Outcome, several: set[str]) -> str:
    title = offer.action.title.say(language())
    if offer.action.name in several and offer.step is not None:
        return f"{title}（{reader.unit_name(offer.step.unit)}）"
    return title


def main_act(book: Book, own: list[Offer]) -> Offer | None:
    """Consent that others wait for; receipt while nobody confirmed it; what sends the work back or on; what ends it."""
    able = [offer for offer in own if offer.refused is None]
    on_step = [offer for offer in able if offer.step and offer.step.kind in offer.action.from_steps]
    mine = on_step or [offer for offer in able if offer.step is None]
    tests = (
        lambda o: o.action.name == APPROVE,
        lambda o: o.step is not None and o.step.signed_at is None and not o.action.then and not o.action.fields,
        lambda o: any(isinstance(e, Back) and e.how == "answer" for e in o.action.then),
        lambda o: any(isinstance(e, Next) and _goes_on(book, o, e) for e in o.action.then),
        lambda o: any(_asks_main(e, book) and _goes_on(book, o, e) for e in o.action.then),
        lambda o: any(isinstance(e, End) for e in o.action.then),
    )
    return next((offer for test in tests for offer in mine if test(offer)), mine[0] if mine else None)


def _asks_main(effect: object, book: Book) -> TypeGuard[Ask]:
    return isinstance(effect, Ask) and not book.steps[effect.step].side


def _goes_on(book: Book, offer: Offer, effect: Next | Ask) -> bool:
    """To a step that the rulebook has after this one: doing it again is never the main thing to do."""
    order = list(book.steps)
    here = order.index(offer.step.kind) if offer.step and offer.step.kind in book.steps else -1
    return order.index(effect.step) > here


def _way_out(offer: Offer, own: list[Offer], found: Outcome) -> dict[str, str] | None:
    """Waiting for others: the act that calls them back, where this person has it."""
    if offer.refused is None or offer.refused.code != "waiting":
        return None
    recalls = (o for o in own if o.refused is None and any(isinstance(e, Recall) for e in o.action.then))
    recall = next(recalls, None)
    if recall is None:
        return None
    return {"label": recall.action.title.say(language()), "url": act_url(found.ticket.number, recall)}


def receiver_words(offer: Offer, reader: Reader, found: Outcome) -> str:
    """Who gets it, where that is certain before anything is filled in: the way it came."""
    step = offer.step
    if step is None or step.sent_by is None:
        return ""
    if any(isinstance(effect, Back) and not effect.when for effect in offer.action.then):
        asker = found.picture.step(step.sent_by)
        return _("%(unit)s（原路返回）") % {"unit": reader.unit_name(asker.unit)}
    return ""


def approval_words(offer: Offer, found: Outcome) -> str:
    if offer.action.approval is None:
        return ""
    roles = [
        found.book.roles[role].say(language()) for role in sorted(offer.action.approval.by) if role in found.book.roles
    ]
    return _("提交后先由%(roles)s审批，批准了才生效。") % {"roles": _("、").join(roles)}
