/* SPDX-License-Identifier: MIT */
/* It says that its struct is shorter than any release had it. */
#define ENTRY                                                                                                          \
    ALM_EXPORT const struct alm_plugin *alm_plugin_entry(void);                                                        \
    const struct alm_plugin *alm_plugin_entry(void)                                                                    \
    {                                                                                                                  \
        static const struct alm_plugin plugin = {.size = 16, .abi_major = ALM_ABI_MAJOR, .abi_minor = ALM_ABI_MINOR};  \
        return &plugin;                                                                                                \
    }
#include "faulty.h"
