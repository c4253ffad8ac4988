/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.h: "crowd" of the default image's images/1k.img, name0, name1, ... */
#ifndef HF_SCENARIOS_PAGER_CROWD_H
#define HF_SCENARIOS_PAGER_CROWD_H

struct vnode;

#define CROWD_NAMES 1000 /* tools/mkimage */

/* What VOP_LOOKUP() says of "name<i>"; a file that is found has its one byte. */
int crowd_look_up(struct vnode *dvp, int i);

#endif
