#ifndef SIDESCOPE_PROBES_GORUNTIME_LAYOUT_FIELDS_H
#define SIDESCOPE_PROBES_GORUNTIME_LAYOUT_FIELDS_H

/*
 * Every number of the Go runtime's own layout that the reader uses, declared
 * once: struct go_layout, layout_table.h and its generator
 * (tests/goruntime/layout-gen, which reads this very file) follow from it.
 *
 * OFFSET(member, struct, field): byte offset of the field.
 * SIZE(member, struct, field):   bytes that the field takes; of the whole struct when "".
 * VALUE(member, package, name):  a constant that is in no debug information.
 *
 * Struct and field names are those of the Go source, with "|" between what
 * they were called at different times: the first that the debug information
 * has counts. A field of a nested struct is written with a dot; "*" enters the
 * element of an array or what a pointer points to.
 */

/* clang-format off */
#define GO_LAYOUT_FIELDS(OFFSET, SIZE, VALUE)                                                      \
    /* a goroutine and where it stands */                                                          \
    SIZE(g_bytes, "runtime.g", "")                                                                 \
    OFFSET(g_stack_lo, "runtime.g", "stack.lo")                                                    \
    OFFSET(g_stack_hi, "runtime.g", "stack.hi")                                                    \
    OFFSET(g_m, "runtime.g", "m")                                                                  \
    OFFSET(g_sched_sp, "runtime.g", "sched.sp")                                                    \
    OFFSET(g_sched_pc, "runtime.g", "sched.pc")                                                    \
    OFFSET(g_sched_bp, "runtime.g", "sched.bp")                                                    \
    OFFSET(g_sched_lr, "runtime.g", "sched.lr")                                                    \
    OFFSET(g_syscallsp, "runtime.g", "syscallsp")                                                  \
    OFFSET(g_syscallpc, "runtime.g", "syscallpc")                                                  \
    OFFSET(g_atomicstatus, "runtime.g", "atomicstatus")                                            \
    OFFSET(g_goid, "runtime.g", "goid")                                                            \
    OFFSET(g_waitsince, "runtime.g", "waitsince")                                                  \
    OFFSET(g_waitreason, "runtime.g", "waitreason")                                                \
    OFFSET(g_tracking_seq, "runtime.g", "trackingSeq")                                             \
    OFFSET(g_lockedm, "runtime.g", "lockedm")                                                      \
    OFFSET(g_parent_goid, "runtime.g", "parentGoid")                                               \
    OFFSET(g_gopc, "runtime.g", "gopc")                                                            \
    OFFSET(g_startpc, "runtime.g", "startpc")                                                      \
    OFFSET(g_waiting, "runtime.g", "waiting")                                                      \
    OFFSET(g_labels, "runtime.g", "labels")                                                        \
    OFFSET(g_timer, "runtime.g", "timer")                                                          \
    OFFSET(g_bubble, "runtime.g", "bubble|syncGroup")                                              \
    /* threads and processors */                                                                   \
    SIZE(m_bytes, "runtime.m", "")                                                                 \
    OFFSET(m_g0, "runtime.m", "g0")                                                                \
    OFFSET(m_gsignal, "runtime.m", "gsignal")                                                      \
    OFFSET(m_curg, "runtime.m", "curg")                                                            \
    OFFSET(m_p, "runtime.m", "p")                                                                  \
    OFFSET(m_id, "runtime.m", "id")                                                                \
    OFFSET(m_procid, "runtime.m", "procid")                                                        \
    OFFSET(m_lockedg, "runtime.m", "lockedg")                                                      \
    OFFSET(m_alllink, "runtime.m", "alllink")                                                      \
    OFFSET(m_schedlink, "runtime.m", "schedlink")                                                  \
    OFFSET(m_ncgo, "runtime.m", "ncgo")                                                            \
    SIZE(p_bytes, "runtime.p", "")                                                                 \
    OFFSET(p_id, "runtime.p", "id")                                                                \
    OFFSET(p_status, "runtime.p", "status")                                                        \
    OFFSET(p_schedtick, "runtime.p", "schedtick")                                                  \
    OFFSET(p_m, "runtime.p", "m")                                                                  \
    OFFSET(p_gcw_ptr_buf, "runtime.p", "gcw.ptrBuf")                                               \
    OFFSET(p_wb_buf, "runtime.p", "wbBuf")                                                         \
    SIZE(p_wb_buf_bytes, "runtime.p", "wbBuf")                                                     \
    OFFSET(p_mcache, "runtime.p", "mcache")                                                        \
    OFFSET(p_pcache_base, "runtime.p", "pcache.base")                                              \
    OFFSET(p_gfree, "runtime.p", "gFree.size|gFree.n")                                             \
    SIZE(sched_bytes, "runtime.schedt", "")                                                        \
    OFFSET(sched_midle, "runtime.schedt", "midle")                                                 \
    OFFSET(sched_nmidle, "runtime.schedt", "nmidle")                                               \
    OFFSET(sched_nmidlelocked, "runtime.schedt", "nmidlelocked")                                   \
    OFFSET(sched_mnext, "runtime.schedt", "mnext")                                                 \
    OFFSET(sched_maxmcount, "runtime.schedt", "maxmcount")                                         \
    OFFSET(sched_nmsys, "runtime.schedt", "nmsys")                                                 \
    OFFSET(sched_nmfreed, "runtime.schedt", "nmfreed")                                             \
    OFFSET(sched_ngsys, "runtime.schedt", "ngsys")                                                 \
    OFFSET(sched_gfree_stack, "runtime.schedt", "gFree.stack.size|gFree.n")                        \
    OFFSET(sched_gfree_nostack, "runtime.schedt", "gFree.noStack.size")                            \
    /* what a goroutine waits in */                                                                \
    SIZE(sudog_bytes, "runtime.sudog", "")                                                         \
    OFFSET(sudog_g, "runtime.sudog", "g")                                                          \
    OFFSET(sudog_next, "runtime.sudog", "next")                                                    \
    OFFSET(sudog_prev, "runtime.sudog", "prev")                                                    \
    /* from 1.26 on a pair whose first word may be nil: the second is the truth */                 \
    OFFSET(sudog_elem, "runtime.sudog", "elem.vu|elem")                                            \
    OFFSET(sudog_is_select, "runtime.sudog", "isSelect")                                           \
    OFFSET(sudog_parent, "runtime.sudog", "parent")                                                \
    OFFSET(sudog_waitlink, "runtime.sudog", "waitlink")                                            \
    OFFSET(sudog_waittail, "runtime.sudog", "waittail")                                            \
    OFFSET(sudog_c, "runtime.sudog", "c.maybeTraceablePtr.vu|c")                                   \
    SIZE(hchan_bytes, "runtime.hchan", "")                                                         \
    OFFSET(hchan_qcount, "runtime.hchan", "qcount")                                                \
    OFFSET(hchan_dataqsiz, "runtime.hchan", "dataqsiz")                                            \
    OFFSET(hchan_buf, "runtime.hchan", "buf")                                                      \
    OFFSET(hchan_elemsize, "runtime.hchan", "elemsize")                                            \
    OFFSET(hchan_closed, "runtime.hchan", "closed")                                                \
    OFFSET(hchan_elemtype, "runtime.hchan", "elemtype")                                            \
    OFFSET(hchan_recvq_first, "runtime.hchan", "recvq.first")                                      \
    OFFSET(hchan_sendq_first, "runtime.hchan", "sendq.first")                                      \
    SIZE(semtable_bytes, "runtime.semTable", "")                                                   \
    SIZE(semtable_stride, "runtime.semTable", "*")                                                 \
    OFFSET(semaroot_treap, "runtime.semaRoot", "treap")                                            \
    OFFSET(semaroot_nwait, "runtime.semaRoot", "nwait")                                            \
    SIZE(polldesc_bytes, "runtime.pollDesc", "")                                                   \
    OFFSET(polldesc_fd, "runtime.pollDesc", "fd")                                                  \
    OFFSET(polldesc_rg, "runtime.pollDesc", "rg")                                                  \
    OFFSET(polldesc_wg, "runtime.pollDesc", "wg")                                                  \
    /* the program's tables */                                                                     \
    SIZE(moduledata_bytes, "runtime.moduledata", "")                                               \
    OFFSET(moduledata_pcheader, "runtime.moduledata", "pcHeader")                                  \
    OFFSET(moduledata_funcnametab, "runtime.moduledata", "funcnametab")                            \
    OFFSET(moduledata_cutab, "runtime.moduledata", "cutab")                                        \
    OFFSET(moduledata_filetab, "runtime.moduledata", "filetab")                                    \
    OFFSET(moduledata_pctab, "runtime.moduledata", "pctab")                                        \
    OFFSET(moduledata_pclntable, "runtime.moduledata", "pclntable")                                \
    OFFSET(moduledata_ftab, "runtime.moduledata", "ftab")                                          \
    OFFSET(moduledata_minpc, "runtime.moduledata", "minpc")                                        \
    OFFSET(moduledata_text, "runtime.moduledata", "text")                                          \
    OFFSET(moduledata_etext, "runtime.moduledata", "etext")                                        \
    OFFSET(moduledata_noptrdata, "runtime.moduledata", "noptrdata")                                \
    OFFSET(moduledata_enoptrdata, "runtime.moduledata", "enoptrdata")                              \
    OFFSET(moduledata_data, "runtime.moduledata", "data")                                          \
    OFFSET(moduledata_edata, "runtime.moduledata", "edata")                                        \
    OFFSET(moduledata_bss, "runtime.moduledata", "bss")                                            \
    OFFSET(moduledata_ebss, "runtime.moduledata", "ebss")                                          \
    OFFSET(moduledata_noptrbss, "runtime.moduledata", "noptrbss")                                  \
    OFFSET(moduledata_enoptrbss, "runtime.moduledata", "enoptrbss")                                \
    OFFSET(moduledata_types, "runtime.moduledata", "types")                                        \
    OFFSET(moduledata_etypes, "runtime.moduledata", "etypes")                                      \
    OFFSET(moduledata_rodata, "runtime.moduledata", "rodata")                                      \
    OFFSET(moduledata_gofunc, "runtime.moduledata", "gofunc")                                      \
    OFFSET(moduledata_textsectmap, "runtime.moduledata", "textsectmap")                            \
    OFFSET(moduledata_modulename, "runtime.moduledata", "modulename")                              \
    OFFSET(moduledata_next, "runtime.moduledata", "next")                                          \
    SIZE(func_bytes, "runtime._func", "")                                                          \
    OFFSET(func_entry, "runtime._func", "entryOff|entryoff")                                       \
    OFFSET(func_name, "runtime._func", "nameOff|nameoff")                                          \
    OFFSET(func_deferreturn, "runtime._func", "deferreturn")                                       \
    OFFSET(func_pcsp, "runtime._func", "pcsp")                                                     \
    OFFSET(func_pcfile, "runtime._func", "pcfile")                                                 \
    OFFSET(func_pcln, "runtime._func", "pcln")                                                     \
    OFFSET(func_npcdata, "runtime._func", "npcdata")                                               \
    OFFSET(func_cu_offset, "runtime._func", "cuOffset")                                            \
    OFFSET(func_start_line, "runtime._func", "startLine")                                          \
    OFFSET(func_id, "runtime._func", "funcID")                                                     \
    OFFSET(func_flag, "runtime._func", "flag")                                                     \
    OFFSET(func_nfuncdata, "runtime._func", "nfuncdata")                                           \
    SIZE(inlinedcall_bytes, "runtime.inlinedCall", "")                                             \
    OFFSET(inlinedcall_func_id, "runtime.inlinedCall", "funcID")                                   \
    OFFSET(inlinedcall_name, "runtime.inlinedCall", "nameOff|func_")                               \
    OFFSET(inlinedcall_parent_pc, "runtime.inlinedCall", "parentPc")                               \
    OFFSET(inlinedcall_start_line, "runtime.inlinedCall", "startLine")                             \
    /* what "wrapper" is called in func_id and inlinedcall_func_id */                              \
    VALUE(funcid_wrapper, "internal/abi|runtime", "FuncIDWrapper|funcID_wrapper")                  \
    /* profile buckets */                                                                          \
    SIZE(bucket_bytes, "runtime.bucket", "")                                                       \
    OFFSET(bucket_next, "runtime.bucket", "next")                                                  \
    OFFSET(bucket_allnext, "runtime.bucket", "allnext")                                            \
    OFFSET(bucket_typ, "runtime.bucket", "typ")                                                    \
    OFFSET(bucket_size, "runtime.bucket", "size")                                                  \
    OFFSET(bucket_nstk, "runtime.bucket", "nstk")                                                  \
    OFFSET(memrecord_active, "runtime.memRecord", "active")                                        \
    OFFSET(memrecord_future, "runtime.memRecord", "future")                                        \
    SIZE(memrecord_bytes, "runtime.memRecord", "")                                                 \
    SIZE(memcycle_bytes, "runtime.memRecordCycle", "")                                             \
    OFFSET(memcycle_allocs, "runtime.memRecordCycle", "allocs")                                    \
    OFFSET(memcycle_frees, "runtime.memRecordCycle", "frees")                                      \
    /* gone in 1.27: bytes are the count times bucket_size */                                      \
    OFFSET(memcycle_alloc_bytes, "runtime.memRecordCycle", "alloc_bytes")                          \
    OFFSET(memcycle_free_bytes, "runtime.memRecordCycle", "free_bytes")                            \
    /* statistics */                                                                               \
    SIZE(gccontroller_bytes, "runtime.gcControllerState", "")                                      \
    OFFSET(gccontroller_gc_percent, "runtime.gcControllerState", "gcPercent")                      \
    OFFSET(gccontroller_memory_limit, "runtime.gcControllerState", "memoryLimit")                  \
    OFFSET(gccontroller_heap_minimum, "runtime.gcControllerState", "heapMinimum")                  \
    OFFSET(gccontroller_gc_percent_heap_goal, "runtime.gcControllerState", "gcPercentHeapGoal")    \
    OFFSET(gccontroller_heap_live, "runtime.gcControllerState", "heapLive")                        \
    OFFSET(gccontroller_heap_marked, "runtime.gcControllerState", "heapMarked")                    \
    OFFSET(gccontroller_heap_in_use, "runtime.gcControllerState", "heapInUse")                     \
    OFFSET(gccontroller_heap_released, "runtime.gcControllerState", "heapReleased")                \
    OFFSET(gccontroller_heap_free, "runtime.gcControllerState", "heapFree")                        \
    OFFSET(gccontroller_total_alloc, "runtime.gcControllerState", "totalAlloc")                    \
    OFFSET(gccontroller_total_free, "runtime.gcControllerState", "totalFree")                      \
    OFFSET(gccontroller_mapped_ready, "runtime.gcControllerState", "mappedReady")                  \
    SIZE(mstats_bytes, "runtime.mstats", "")                                                       \
    OFFSET(mstats_heap_stats, "runtime.mstats", "heapStats.stats")                                 \
    OFFSET(mstats_heap_stats_gen, "runtime.mstats", "heapStats.gen")                               \
    OFFSET(mstats_stacks_sys, "runtime.mstats", "stacks_sys")                                      \
    OFFSET(mstats_mspan_sys, "runtime.mstats", "mspan_sys")                                        \
    OFFSET(mstats_mcache_sys, "runtime.mstats", "mcache_sys")                                      \
    OFFSET(mstats_buckhash_sys, "runtime.mstats", "buckhash_sys")                                  \
    OFFSET(mstats_gc_misc_sys, "runtime.mstats", "gcMiscSys")                                      \
    OFFSET(mstats_other_sys, "runtime.mstats", "other_sys")                                        \
    OFFSET(mstats_last_gc_unix, "runtime.mstats", "last_gc_unix")                                  \
    OFFSET(mstats_last_gc_nanotime, "runtime.mstats", "last_gc_nanotime")                          \
    OFFSET(mstats_pause_total_ns, "runtime.mstats", "pause_total_ns")                              \
    OFFSET(mstats_pause_ns, "runtime.mstats", "pause_ns")                                          \
    OFFSET(mstats_pause_end, "runtime.mstats", "pause_end")                                        \
    OFFSET(mstats_numgc, "runtime.mstats", "numgc")                                                \
    OFFSET(mstats_numforcedgc, "runtime.mstats", "numforcedgc")                                    \
    OFFSET(mstats_gc_cpu_fraction, "runtime.mstats", "gc_cpu_fraction")                            \
    OFFSET(mstats_enablegc, "runtime.mstats", "enablegc")                                          \
    SIZE(heapstats_bytes, "runtime.heapStatsDelta", "")                                            \
    OFFSET(heapstats_committed, "runtime.heapStatsDelta", "committed")                             \
    OFFSET(heapstats_released, "runtime.heapStatsDelta", "released")                               \
    OFFSET(heapstats_in_heap, "runtime.heapStatsDelta", "inHeap")                                  \
    OFFSET(heapstats_in_stacks, "runtime.heapStatsDelta", "inStacks")                              \
    OFFSET(heapstats_in_work_bufs, "runtime.heapStatsDelta", "inWorkBufs")                         \
    OFFSET(heapstats_in_ptr_scalar_bits, "runtime.heapStatsDelta", "inPtrScalarBits")              \
    OFFSET(heapstats_tiny_alloc_count, "runtime.heapStatsDelta", "tinyAllocCount")                 \
    OFFSET(heapstats_large_alloc, "runtime.heapStatsDelta", "largeAlloc")                          \
    OFFSET(heapstats_large_alloc_count, "runtime.heapStatsDelta", "largeAllocCount")               \
    OFFSET(heapstats_small_alloc_count, "runtime.heapStatsDelta", "smallAllocCount")               \
    SIZE(heapstats_small_alloc_count_bytes, "runtime.heapStatsDelta", "smallAllocCount")           \
    OFFSET(heapstats_large_free, "runtime.heapStatsDelta", "largeFree")                            \
    OFFSET(heapstats_large_free_count, "runtime.heapStatsDelta", "largeFreeCount")                 \
    OFFSET(heapstats_small_free_count, "runtime.heapStatsDelta", "smallFreeCount")                 \
    /* the heap */                                                                                 \
    SIZE(mheap_bytes, "runtime.mheap", "")                                                         \
    OFFSET(mheap_allspans, "runtime.mheap", "allspans")                                            \
    OFFSET(mheap_sweepgen, "runtime.mheap", "sweepgen")                                            \
    OFFSET(mheap_arenas, "runtime.mheap", "arenas")                                                \
    OFFSET(mheap_central, "runtime.mheap", "central")                                              \
    OFFSET(mheap_spanalloc, "runtime.mheap", "spanalloc")                                          \
    OFFSET(mheap_cachealloc, "runtime.mheap", "cachealloc")                                        \
    OFFSET(mheap_spanalloc_inuse, "runtime.mheap", "spanalloc.inuse")                              \
    OFFSET(mheap_cachealloc_inuse, "runtime.mheap", "cachealloc.inuse")                            \
    SIZE(mspan_bytes, "runtime.mspan", "")                                                         \
    OFFSET(mspan_start_addr, "runtime.mspan", "startAddr")                                         \
    OFFSET(mspan_npages, "runtime.mspan", "npages")                                                \
    OFFSET(mspan_freeindex, "runtime.mspan", "freeindex")                                          \
    SIZE(mspan_freeindex_bytes, "runtime.mspan", "freeindex")                                      \
    OFFSET(mspan_nelems, "runtime.mspan", "nelems")                                                \
    SIZE(mspan_nelems_bytes, "runtime.mspan", "nelems")                                            \
    OFFSET(mspan_alloc_bits, "runtime.mspan", "allocBits")                                         \
    OFFSET(mspan_gcmark_bits, "runtime.mspan", "gcmarkBits")                                       \
    OFFSET(mspan_sweepgen, "runtime.mspan", "sweepgen")                                            \
    OFFSET(mspan_alloc_count, "runtime.mspan", "allocCount")                                       \
    OFFSET(mspan_spanclass, "runtime.mspan", "spanclass")                                          \
    OFFSET(mspan_state, "runtime.mspan", "state")                                                  \
    OFFSET(mspan_alloc_count_before_cache, "runtime.mspan", "allocCountBeforeCache")               \
    OFFSET(mspan_elemsize, "runtime.mspan", "elemsize")                                            \
    OFFSET(mspan_large_type, "runtime.mspan", "largeType")                                         \
    OFFSET(mspan_specials, "runtime.mspan", "specials")                                            \
    SIZE(special_bytes, "runtime.special", "")                                                     \
    OFFSET(special_next, "runtime.special", "next")                                                \
    OFFSET(special_offset, "runtime.special", "offset")                                            \
    SIZE(special_offset_bytes, "runtime.special", "offset")                                        \
    OFFSET(special_kind, "runtime.special", "kind")                                                \
    VALUE(special_kind_finalizer, "runtime", "_KindSpecialFinalizer")                              \
    VALUE(special_kind_weak, "runtime", "_KindSpecialWeakHandle")                                  \
    SIZE(mcache_bytes, "runtime.mcache", "")                                                       \
    OFFSET(mcache_tiny_allocs, "runtime.mcache", "tinyAllocs")                                     \
    OFFSET(mcache_alloc, "runtime.mcache", "alloc")                                                \
    SIZE(mcache_alloc_bytes, "runtime.mcache", "alloc")                                            \
    /* type descriptors */                                                                         \
    SIZE(type_bytes, "internal/abi.Type|runtime._type", "")                                        \
    OFFSET(type_size, "internal/abi.Type|runtime._type", "Size_|size")                             \
    OFFSET(type_ptrdata, "internal/abi.Type|runtime._type", "PtrBytes|ptrdata")                    \
    OFFSET(type_hash, "internal/abi.Type|runtime._type", "Hash|hash")                              \
    OFFSET(type_tflag, "internal/abi.Type|runtime._type", "TFlag|tflag")                           \
    OFFSET(type_align, "internal/abi.Type|runtime._type", "Align_|align")                          \
    OFFSET(type_field_align, "internal/abi.Type|runtime._type", "FieldAlign_|fieldAlign")          \
    OFFSET(type_kind, "internal/abi.Type|runtime._type", "Kind_|kind")                             \
    OFFSET(type_str, "internal/abi.Type|runtime._type", "Str|str")                                 \
    OFFSET(arraytype_elem, "internal/abi.ArrayType|runtime.arraytype", "Elem|elem")                \
    OFFSET(arraytype_len, "internal/abi.ArrayType|runtime.arraytype", "Len|len")                   \
    OFFSET(chantype_elem, "internal/abi.ChanType|runtime.chantype", "Elem|elem")                   \
    OFFSET(ptrtype_elem, "internal/abi.PtrType|runtime.ptrtype", "Elem|elem")                      \
    OFFSET(slicetype_elem, "internal/abi.SliceType|runtime.slicetype", "Elem|elem")                \
    OFFSET(structtype_fields, "internal/abi.StructType|runtime.structtype", "Fields|fields")       \
    SIZE(structfield_bytes, "internal/abi.StructField|runtime.structfield", "")                    \
    OFFSET(structfield_name, "internal/abi.StructField|runtime.structfield", "Name|name")          \
    OFFSET(structfield_typ, "internal/abi.StructField|runtime.structfield", "Typ|typ")             \
    OFFSET(structfield_offset, "internal/abi.StructField|runtime.structfield", "Offset|offset")    \
    OFFSET(maptype_key, "internal/abi.MapType|internal/abi.SwissMapType|runtime.maptype", "Key|key") \
    OFFSET(maptype_elem, "internal/abi.MapType|internal/abi.SwissMapType|runtime.maptype", "Elem|elem") \
    /* of the array that holds keys and values: "group" from 1.24 on, "bucket" before */           \
    OFFSET(maptype_table, "internal/abi.MapType|internal/abi.SwissMapType|runtime.maptype", "Group|Bucket|bucket") \
    OFFSET(itab_inter, "internal/abi.ITab|runtime.itab", "Inter|inter")                            \
    OFFSET(itab_type, "internal/abi.ITab|runtime.itab", "Type|_type")                              \
    OFFSET(itab_hash, "internal/abi.ITab|runtime.itab", "Hash|hash")                               \
    /* maps: hmap up to 1.23, Map, table and groups from 1.24 on */                                \
    SIZE(hmap_bytes, "runtime.hmap", "")                                                           \
    OFFSET(hmap_buckets, "runtime.hmap", "buckets")                                                \
    OFFSET(hmap_oldbuckets, "runtime.hmap", "oldbuckets")                                          \
    SIZE(map_bytes, "internal/runtime/maps.Map", "")                                               \
    OFFSET(map_used, "internal/runtime/maps.Map", "used")                                          \
    OFFSET(map_dir_ptr, "internal/runtime/maps.Map", "dirPtr")                                     \
    OFFSET(map_dir_len, "internal/runtime/maps.Map", "dirLen")                                     \
    SIZE(maptable_bytes, "internal/runtime/maps.table", "")                                        \
    OFFSET(maptable_groups, "internal/runtime/maps.table", "groups.data")                          \
    /* descriptors */                                                                              \
    SIZE(pollfd_bytes, "internal/poll.FD", "")                                                     \
    OFFSET(pollfd_state, "internal/poll.FD", "fdmu.state")                                         \
    OFFSET(pollfd_sysfd, "internal/poll.FD", "Sysfd")                                              \
    OFFSET(pollfd_is_blocking, "internal/poll.FD", "isBlocking")                                   \
    OFFSET(pollfd_is_stream, "internal/poll.FD", "IsStream")                                       \
    OFFSET(pollfd_zero_read_is_eof, "internal/poll.FD", "ZeroReadIsEOF")                           \
    OFFSET(pollfd_is_file, "internal/poll.FD", "isFile")                                           \
    SIZE(osfile_bytes, "os.file", "")                                                              \
    OFFSET(osfile_pfd, "os.file", "pfd")                                                           \
    OFFSET(osfile_name, "os.file", "name")                                                         \
    OFFSET(osfile_nonblock, "os.file", "nonblock")                                                 \
    OFFSET(osfile_stdout_or_err, "os.file", "stdoutOrErr")                                         \
    OFFSET(osfile_append_mode, "os.file", "appendMode")                                            \
    SIZE(netfd_bytes, "net.netFD", "")                                                             \
    OFFSET(netfd_pfd, "net.netFD", "pfd")                                                          \
    OFFSET(netfd_family, "net.netFD", "family")                                                    \
    OFFSET(netfd_sotype, "net.netFD", "sotype")                                                    \
    OFFSET(netfd_is_connected, "net.netFD", "isConnected")                                         \
    OFFSET(netfd_net, "net.netFD", "net")                                                          \
    OFFSET(netfd_laddr, "net.netFD", "laddr")                                                      \
    OFFSET(netfd_raddr, "net.netFD", "raddr")                                                      \
    SIZE(tcpaddr_bytes, "net.TCPAddr", "")                                                         \
    OFFSET(tcpaddr_ip, "net.TCPAddr", "IP")                                                        \
    OFFSET(tcpaddr_port, "net.TCPAddr", "Port")
/* clang-format on */

#endif
