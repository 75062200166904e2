/* SPDX-License-Identifier: MIT */
/* All nouns of the core, in the order in which help lists them. */
#include "cli/cli.h"

const char cli_summary[] = N_("one register, one ledger, one report for relief aid; every kind of aid is a plug-in");

extern const struct cli_noun cli_init, cli_status, cli_programme, cli_plugin, cli_config, cli_area, cli_body, cli_group,
    cli_base, cli_stage, cli_person, cli_match, cli_place, cli_stock, cli_case, cli_delivery, cli_entitlement,
    cli_target, cli_capacity, cli_committee, cli_decision, cli_plan, cli_complaint, cli_report, cli_roles,
    cli_store_noun, cli_audit, cli_doctor, cli_manual, cli_completion, cli_version;

const struct cli_noun *const cli_nouns[] = {
    &cli_init,   &cli_status,     &cli_programme,   &cli_plugin, &cli_config,     &cli_area,      &cli_body,
    &cli_group,  &cli_base,       &cli_stage,       &cli_person, &cli_match,      &cli_place,     &cli_stock,
    &cli_case,   &cli_delivery,   &cli_entitlement, &cli_target, &cli_capacity,   &cli_committee, &cli_decision,
    &cli_plan,   &cli_complaint,  &cli_report,      &cli_roles,  &cli_store_noun, &cli_audit,     &cli_doctor,
    &cli_manual, &cli_completion, &cli_version,     NULL};
