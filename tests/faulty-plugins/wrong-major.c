/* SPDX-License-Identifier: MIT */
/* It is built for another major version of the interface. */
#include <almoner/plugin.h>
#undef ALM_ABI_MAJOR
#define ALM_ABI_MAJOR 2
#include "faulty.h"
