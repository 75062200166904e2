/* SPDX-License-Identifier: MIT */
/* It needs a function that nobody has. */
int nowhere_to_be_found(void);
#define START return (enum alm_status)nowhere_to_be_found();
#include "faulty.h"
