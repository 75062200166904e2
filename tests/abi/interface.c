/* SPDX-License-Identifier: MIT */
/*
 * The types that cross the plug-in boundary, each behind a variable of its own, so that debug information has them and
 * abidiff compares each by itself.
 */
#include <almoner/plugin.h>

#define SHOW(kind, name) __attribute__((visibility("default"))) kind name *show_##name = NULL

/* These grow at their end within a major (tests/abi/growing.suppr). */
SHOW(struct, alm_plugin);
SHOW(struct, alm_host);
SHOW(struct, alm_programme);
SHOW(struct, alm_store_driver);
SHOW(struct, alm_case);
SHOW(struct, alm_entitlement);

/* These never change within a major: they stand in arrays, or are handed over by value. */
SHOW(struct, alm_error);
SHOW(struct, alm_text);
SHOW(struct, alm_list);
SHOW(struct, alm_value);
SHOW(struct, alm_setting);
SHOW(struct, alm_setting_group);
SHOW(struct, alm_group);
SHOW(struct, alm_check);
SHOW(struct, alm_settings);
SHOW(struct, alm_option);
SHOW(struct, alm_arg);
SHOW(struct, alm_args);
SHOW(struct, alm_command);
SHOW(struct, alm_column);
SHOW(struct, alm_report);
SHOW(struct, alm_migration);
SHOW(struct, alm_member);
SHOW(struct, alm_line);
SHOW(struct, alm_verdict);
SHOW(struct, alm_bulk_column);
SHOW(struct, alm_bulk);
SHOW(struct, alm_import_column);
SHOW(struct, alm_import);
SHOW(enum, alm_status);
SHOW(enum, alm_type);
SHOW(enum, alm_kind);
SHOW(enum, alm_noun);
SHOW(enum, alm_recipient);
SHOW(enum, alm_relation);
SHOW(enum, alm_bulk_mode);
SHOW(enum, alm_bulk_role);
SHOW(enum, alm_row_outcome);
SHOW(enum, alm_log_level);
