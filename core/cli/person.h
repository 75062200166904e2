/* SPDX-License-Identifier: MIT */
/* Between the files of `almoner person`: the table of its commands (person.c), and merging (person-merge.c). */
#ifndef CLI_PERSON_H
#define CLI_PERSON_H

#include "cli/cli.h"

enum { CLI_PERSON_MERGE_OPTIONS = 4, CLI_PERSON_SPLIT_OPTIONS = 2 };
extern const struct alm_option cli_person_merge_options[], cli_person_split_options[];
enum alm_status cli_person_merge(const struct alm_host *, void *state, const struct alm_args *, struct alm_error *);
enum alm_status cli_person_split(const struct alm_host *, void *state, const struct alm_args *, struct alm_error *);
#define CLI_PERSON_MERGE                                                                                               \
    {                                                                                                                  \
        "merge", N_("two registrations are one person: windows, counts and lists read across from now on"),            \
            cli_person_merge_options, CLI_PERSON_MERGE_OPTIONS, ALM_WRITES, cli_person_merge,                          \
            "person merge 1476174032 09120000001 --reason 'the same household, seen at a visit'"                       \
    }
#define CLI_PERSON_SPLIT                                                                                               \
    {                                                                                                                  \
        "split", N_("end a merge: they are two persons after all, as they were before"), cli_person_split_options,     \
            CLI_PERSON_SPLIT_OPTIONS, ALM_WRITES, cli_person_split,                                                    \
            "person split 09120000002 --reason 'cousins of the same name'"                                             \
    }
/* Facts of `person show`: who was found to be this person, and who decided so. */
enum alm_status cli_person_aliases(struct cli *, struct store *, alm_id person, struct alm_error *);

#endif
