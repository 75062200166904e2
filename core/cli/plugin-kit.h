/* SPDX-License-Identifier: MIT */
/* The verbs of `almoner plugin` for those who write one; the others are in plugin.c. */
#ifndef CLI_PLUGIN_KIT_H
#define CLI_PLUGIN_KIT_H

#include "cli/cli.h"

enum alm_status cli_plugin_new(const struct alm_host *, void *state, const struct alm_args *, struct alm_error *);
enum alm_status cli_plugin_conform(const struct alm_host *, void *state, const struct alm_args *, struct alm_error *);
enum alm_status cli_plugin_test(const struct alm_host *, void *state, const struct alm_args *, struct alm_error *);

extern const struct alm_option cli_plugin_new_options[3];
extern const struct alm_option cli_plugin_conform_options[5];
extern const struct alm_option cli_plugin_test_options[3];

#endif
