"""The pack of the organisation's standards, for the stack that it runs for."""

import datetime as dt
import os

from pulumi_policy import EnforcementLevel, PolicyPack

from guardrails.exemptions import read_register
from guardrails.standards import load
from policies.kit.pack import pack_content
from policies.rules import RULES
from policies.selection import EXEMPTIONS, rules_of

NAMES = tuple(rule.id for rule in RULES)
content = pack_content(
    rules_of("standards"),
    load(os.environ.get("PULUMI_STACK") or "unnamed"),
    read_register(EXEMPTIONS, rules=NAMES, as_of=dt.datetime.now(tz=dt.UTC).date()),
    known_rules=NAMES,
)
PolicyPack(
    name="standards",
    policies=content.policies,
    enforcement_level=EnforcementLevel.MANDATORY,
    initial_config=content.initial_config,
)
