/* SPDX-License-Identifier: BSD-2-Clause */
/* queue.h: queue(3): singly and doubly linked lists and tail queues. */

#ifndef HF_SYS_QUEUE_H
#define HF_SYS_QUEUE_H

/* SLIST: singly linked, head only. */
#define SLIST_HEAD(name, type)          \
	struct name {                   \
		struct type *slh_first; \
	}
#define SLIST_HEAD_INITIALIZER(head) \
	{                            \
		NULL                 \
	}
#define SLIST_ENTRY(type)              \
	struct {                       \
		struct type *sle_next; \
	}
#define SLIST_INIT(head)   ((head)->slh_first = NULL)
#define SLIST_EMPTY(head)  ((head)->slh_first == NULL)
#define SLIST_FIRST(head)  ((head)->slh_first)
#define SLIST_NEXT(elm, f) ((elm)->f.sle_next)
#define SLIST_FOREACH(var, head, f)                    \
	for ((var) = SLIST_FIRST(head); (var) != NULL; \
	     (var) = SLIST_NEXT(var, f))
#define SLIST_FOREACH_SAFE(var, head, f, tmp) \
	for ((var) = SLIST_FIRST(head);       \
	     (var) != NULL && ((tmp) = SLIST_NEXT(var, f), 1); (var) = (tmp))
#define SLIST_INSERT_HEAD(head, elm, f)                \
	do {                                           \
		(elm)->f.sle_next = (head)->slh_first; \
		(head)->slh_first = (elm);             \
	} while (0)
#define SLIST_INSERT_AFTER(at, elm, f)                \
	do {                                          \
		(elm)->f.sle_next = (at)->f.sle_next; \
		(at)->f.sle_next = (elm);             \
	} while (0)
#define SLIST_REMOVE_HEAD(head, f) \
	((head)->slh_first = (head)->slh_first->f.sle_next)
#define SLIST_REMOVE_AFTER(elm, f) \
	((elm)->f.sle_next = (elm)->f.sle_next->f.sle_next)
#define SLIST_REMOVE(head, elm, type, f)                  \
	do {                                              \
		struct type **slpp_ = &(head)->slh_first; \
		while (*slpp_ != (elm))                   \
			slpp_ = &(*slpp_)->f.sle_next;    \
		*slpp_ = (elm)->f.sle_next;               \
	} while (0)

/* STAILQ: singly linked, head and tail. */
#define STAILQ_HEAD(name, type)          \
	struct name {                    \
		struct type *stqh_first; \
		struct type **stqh_last; \
	}
#define STAILQ_HEAD_INITIALIZER(head)    \
	{                                \
		NULL, &(head).stqh_first \
	}
#define STAILQ_ENTRY(type)              \
	struct {                        \
		struct type *stqe_next; \
	}
#define STAILQ_INIT(head)                                \
	do {                                             \
		(head)->stqh_first = NULL;               \
		(head)->stqh_last = &(head)->stqh_first; \
	} while (0)
#define STAILQ_EMPTY(head)  ((head)->stqh_first == NULL)
#define STAILQ_FIRST(head)  ((head)->stqh_first)
#define STAILQ_NEXT(elm, f) ((elm)->f.stqe_next)
#define STAILQ_FOREACH(var, head, f)                    \
	for ((var) = STAILQ_FIRST(head); (var) != NULL; \
	     (var) = STAILQ_NEXT(var, f))
#define STAILQ_FOREACH_SAFE(var, head, f, tmp) \
	for ((var) = STAILQ_FIRST(head);       \
	     (var) != NULL && ((tmp) = STAILQ_NEXT(var, f), 1); (var) = (tmp))
#define STAILQ_INSERT_HEAD(head, elm, f)                               \
	do {                                                           \
		if (((elm)->f.stqe_next = (head)->stqh_first) == NULL) \
			(head)->stqh_last = &(elm)->f.stqe_next;       \
		(head)->stqh_first = (elm);                            \
	} while (0)
#define STAILQ_INSERT_TAIL(head, elm, f)                 \
	do {                                             \
		(elm)->f.stqe_next = NULL;               \
		*(head)->stqh_last = (elm);              \
		(head)->stqh_last = &(elm)->f.stqe_next; \
	} while (0)
#define STAILQ_REMOVE_HEAD(head, f)                                           \
	do {                                                                  \
		if (((head)->stqh_first = (head)->stqh_first->f.stqe_next) == \
		    NULL)                                                     \
			(head)->stqh_last = &(head)->stqh_first;              \
	} while (0)
#define STAILQ_REMOVE(head, elm, type, f)                  \
	do {                                               \
		struct type **stpp_ = &(head)->stqh_first; \
		while (*stpp_ != (elm))                    \
			stpp_ = &(*stpp_)->f.stqe_next;    \
		if ((*stpp_ = (elm)->f.stqe_next) == NULL) \
			(head)->stqh_last = stpp_;         \
	} while (0)
#define STAILQ_CONCAT(to, from)                                \
	do {                                                   \
		if (!STAILQ_EMPTY(from)) {                     \
			*(to)->stqh_last = (from)->stqh_first; \
			(to)->stqh_last = (from)->stqh_last;   \
			STAILQ_INIT(from);                     \
		}                                              \
	} while (0)

/* LIST: doubly linked, head only. */
#define LIST_HEAD(name, type)          \
	struct name {                  \
		struct type *lh_first; \
	}
#define LIST_HEAD_INITIALIZER(head) \
	{                           \
		NULL                \
	}
#define LIST_ENTRY(type)               \
	struct {                       \
		struct type *le_next;  \
		struct type **le_prev; \
	}
#define LIST_INIT(head)	  ((head)->lh_first = NULL)
#define LIST_EMPTY(head)  ((head)->lh_first == NULL)
#define LIST_FIRST(head)  ((head)->lh_first)
#define LIST_NEXT(elm, f) ((elm)->f.le_next)
#define LIST_FOREACH(var, head, f) \
	for ((var) = LIST_FIRST(head); (var) != NULL; (var) = LIST_NEXT(var, f))
#define LIST_FOREACH_SAFE(var, head, f, tmp) \
	for ((var) = LIST_FIRST(head);       \
	     (var) != NULL && ((tmp) = LIST_NEXT(var, f), 1); (var) = (tmp))
#define LIST_INSERT_HEAD(head, elm, f)                                   \
	do {                                                             \
		if (((elm)->f.le_next = (head)->lh_first) != NULL)       \
			(head)->lh_first->f.le_prev = &(elm)->f.le_next; \
		(head)->lh_first = (elm);                                \
		(elm)->f.le_prev = &(head)->lh_first;                    \
	} while (0)
#define LIST_INSERT_AFTER(at, elm, f)                                   \
	do {                                                            \
		if (((elm)->f.le_next = (at)->f.le_next) != NULL)       \
			(at)->f.le_next->f.le_prev = &(elm)->f.le_next; \
		(at)->f.le_next = (elm);                                \
		(elm)->f.le_prev = &(at)->f.le_next;                    \
	} while (0)
#define LIST_INSERT_BEFORE(at, elm, f)               \
	do {                                         \
		(elm)->f.le_prev = (at)->f.le_prev;  \
		(elm)->f.le_next = (at);             \
		*(at)->f.le_prev = (elm);            \
		(at)->f.le_prev = &(elm)->f.le_next; \
	} while (0)
#define LIST_REMOVE(elm, f)                                             \
	do {                                                            \
		if ((elm)->f.le_next != NULL)                           \
			(elm)->f.le_next->f.le_prev = (elm)->f.le_prev; \
		*(elm)->f.le_prev = (elm)->f.le_next;                   \
	} while (0)

/* TAILQ: doubly linked, head and tail. */
#define TAILQ_HEAD(name, type)          \
	struct name {                   \
		struct type *tqh_first; \
		struct type **tqh_last; \
	}
#define TAILQ_HEAD_INITIALIZER(head)    \
	{                               \
		NULL, &(head).tqh_first \
	}
#define TAILQ_ENTRY(type)               \
	struct {                        \
		struct type *tqe_next;  \
		struct type **tqe_prev; \
	}
#define TAILQ_INIT(head)                               \
	do {                                           \
		(head)->tqh_first = NULL;              \
		(head)->tqh_last = &(head)->tqh_first; \
	} while (0)
#define TAILQ_EMPTY(head)  ((head)->tqh_first == NULL)
#define TAILQ_FIRST(head)  ((head)->tqh_first)
#define TAILQ_NEXT(elm, f) ((elm)->f.tqe_next)
/* tqe_prev points at the previous element's link, laid out as a head. */
#define TAILQ_LAST(head, headname) \
	(*((struct headname *)(void *)(head)->tqh_last)->tqh_last)
#define TAILQ_PREV(elm, headname, f) \
	(*((struct headname *)(void *)(elm)->f.tqe_prev)->tqh_last)
#define TAILQ_FOREACH(var, head, f)                    \
	for ((var) = TAILQ_FIRST(head); (var) != NULL; \
	     (var) = TAILQ_NEXT(var, f))
#define TAILQ_FOREACH_FROM(var, head, f)                          \
	for ((var) = ((var) != NULL ? (var) : TAILQ_FIRST(head)); \
	     (var) != NULL; (var) = TAILQ_NEXT(var, f))
#define TAILQ_FOREACH_SAFE(var, head, f, tmp) \
	for ((var) = TAILQ_FIRST(head);       \
	     (var) != NULL && ((tmp) = TAILQ_NEXT(var, f), 1); (var) = (tmp))
#define TAILQ_FOREACH_REVERSE(var, head, headname, f)           \
	for ((var) = TAILQ_LAST(head, headname); (var) != NULL; \
	     (var) = TAILQ_PREV(var, headname, f))
#define TAILQ_INSERT_HEAD(head, elm, f)                                     \
	do {                                                                \
		if (((elm)->f.tqe_next = (head)->tqh_first) != NULL)        \
			(head)->tqh_first->f.tqe_prev = &(elm)->f.tqe_next; \
		else                                                        \
			(head)->tqh_last = &(elm)->f.tqe_next;              \
		(head)->tqh_first = (elm);                                  \
		(elm)->f.tqe_prev = &(head)->tqh_first;                     \
	} while (0)
#define TAILQ_INSERT_TAIL(head, elm, f)                \
	do {                                           \
		(elm)->f.tqe_next = NULL;              \
		(elm)->f.tqe_prev = (head)->tqh_last;  \
		*(head)->tqh_last = (elm);             \
		(head)->tqh_last = &(elm)->f.tqe_next; \
	} while (0)
#define TAILQ_INSERT_AFTER(head, at, elm, f)                                \
	do {                                                                \
		if (((elm)->f.tqe_next = (at)->f.tqe_next) != NULL)         \
			(elm)->f.tqe_next->f.tqe_prev = &(elm)->f.tqe_next; \
		else                                                        \
			(head)->tqh_last = &(elm)->f.tqe_next;              \
		(at)->f.tqe_next = (elm);                                   \
		(elm)->f.tqe_prev = &(at)->f.tqe_next;                      \
	} while (0)
#define TAILQ_INSERT_BEFORE(at, elm, f)                \
	do {                                           \
		(elm)->f.tqe_prev = (at)->f.tqe_prev;  \
		(elm)->f.tqe_next = (at);              \
		*(at)->f.tqe_prev = (elm);             \
		(at)->f.tqe_prev = &(elm)->f.tqe_next; \
	} while (0)
#define TAILQ_REMOVE(head, elm, f)                                         \
	do {                                                               \
		if ((elm)->f.tqe_next != NULL)                             \
			(elm)->f.tqe_next->f.tqe_prev = (elm)->f.tqe_prev; \
		else                                                       \
			(head)->tqh_last = (elm)->f.tqe_prev;              \
		*(elm)->f.tqe_prev = (elm)->f.tqe_next;                    \
	} while (0)
#define TAILQ_CONCAT(to, from, f)                                       \
	do {                                                            \
		if (!TAILQ_EMPTY(from)) {                               \
			*(to)->tqh_last = (from)->tqh_first;            \
			(from)->tqh_first->f.tqe_prev = (to)->tqh_last; \
			(to)->tqh_last = (from)->tqh_last;              \
			TAILQ_INIT(from);                               \
		}                                                       \
	} while (0)

#endif
