"""Whether a right answer was reached for the right reasons: named checks on judged traces, and the policy that asks for them."""

from vpd.distill.checks.battery import STATIC_CHECKS, check_statically
from vpd.distill.checks.policy import Policy, read_policy, shipped_policies
from vpd.distill.records import Finding, State

__all__ = ["STATIC_CHECKS", "Finding", "Policy", "State", "check_statically", "read_policy", "shipped_policies"]
