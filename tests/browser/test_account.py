"""A visitor signs up, follows the mail, changes name and address, and leaves: on a desk and a phone, with and without script."""
import json
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SHOTS = HERE.parents[1] / "build-test" / "screenshots"
N = "\u202f"
WORDS = {
    "en": {"signUp": "Sign up", "badName": "Write your name", "sent": "Look into your mailbox", "saveAndLogIn": "Save and log in",
           "choose": "Choose a password", "account": "Where you are logged in", "save": "Save", "saved": "Your settings are saved.",
           "changeAddress": "Change the address", "asked": "We sent a mail to the new address.", "confirm": "Confirm the new address",
           "moved": "Your address is changed.", "leave": "Delete my account for good", "wrong": "This is not your password.",
           "gone": "Your account is deleted"},
    "fr": {"signUp": "S’inscrire", "badName": "votre nom", "sent": "Regardez dans votre boîte aux lettres",
           "saveAndLogIn": "Enregistrer et se connecter", "choose": "Choisissez un mot de passe", "account": "Où vous êtes connecté·e",
           "save": "Enregistrer", "saved": "Vos réglages sont enregistrés.", "changeAddress": "Changer l’adresse",
           "asked": "Nous avons envoyé un courriel à la nouvelle adresse.", "confirm": "Confirmer la nouvelle adresse",
           "moved": "Votre adresse est changée.", "leave": "Supprimer mon compte définitivement",
           "wrong": "Ce n’est pas votre mot de passe.", "gone": "Votre compte est supprimé"},
}
JOURNEYS = {"desk-en": ("en", False, True), "phone-fr": ("fr", True, True), "no-script-fr": ("fr", False, False)}
STEPS = ["mistake", "sent", "weak", "back", "account", "saved", "asked", "confirm", "moved", "wrong", "gone"]


@pytest.fixture(scope="module")
def travelled(demo, tmp_path_factory):
    found = {}
    for key, (lang, phone, script) in JOURNEYS.items():
        plan = tmp_path_factory.mktemp("account") / "plan.json"
        plan.write_text(json.dumps({"base": demo.base, "mail": str(demo.folder / "data/mail/tech-school.local"), "script": script,
                                    "lang": lang, "phone": phone, "address": f"ada-{key}@journey.test", "shots": str(SHOTS), "key": key,
                                    "from": "/bootcamps/ugly", "words": WORDS[lang]}))
        done = subprocess.run(["node", str(HERE / "account.mjs"), str(plan)], capture_output=True, text=True, timeout=120)
        steps = {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}
        found[key] = (steps, done.stderr)
    return found


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("journey", JOURNEYS)
def test_an_account_from_sign_up_to_goodbye(travelled, journey, step):
    steps, complaints = travelled[journey]
    assert step in steps, complaints[-3000:]
    assert steps[step]["ok"], steps[step]["detail"]
