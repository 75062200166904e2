/* SPDX-License-Identifier: MIT */
/* It is built for an older major version of the interface. */
#include <almoner/plugin.h>
#undef ALM_ABI_MAJOR
#define ALM_ABI_MAJOR 0
#include "faulty.h"
