"""What each attempt of the hostile program must get: its name, its outcome, as regular expressions that match whole.

An attempt is judged by the first row that matches its name. Every row must be used, every attempt must have one.
"""

# Status words of SecureFault (SFSR), UsageFault and MemManage (CFSR): Armv8-M Architecture Reference Manual.
NO_GATE = "00000001"  # INVEP: entered where there is no SG instruction
BAD_FRAME = "00000002"  # INVIS: the stack has no frame of secure code to return to
BAD_RETURN = "00000004"  # INVER: a return that only secure handlers may make
NOT_OURS = "00000008"  # AUVIOL: touched secure memory
PUSHED = "00000048"  # the same, with its address
UNDEFINED = "00010000"
WRONG_RETURN = "00040000"  # INVPC
STACK_LIMIT = "00100000"

SOMEWHERE = "(, place .*)?"
KEY = "success 04[0-9a-f]{128}"
SIGNATURE = "success [0-9a-f]{128}"
SECURE_WORLD = "fault secure in the secure world"

# Devices that their protection controller, not the SAU, keeps from us: reading gives 0, writing does nothing.
DEAF = "(mpc_bram|board_control|console|noise_source|otp_bus|clock|slow_timer|message_unit|gpio|board_io|spi)"
# Secure devices that have nothing at their non-secure address.
NOTHING_THERE = "(mpc_qspi|mpc_ddr|mpc_sram[03]|system_control|cpu_control|power_control|slow_watchdog|dma)"

EXPECTED = (
    (r"start\.key", "success"),
    (r"start\.items", "success, success"),
    (r"start\.public_key", KEY),
    (r"start\.sign", SIGNATURE),

    (rf"memory\.{DEAF}\.(read|write)", "value 00000000"),
    (rf"memory\.{NOTHING_THERE}\.(read|write)", r"fault bus 00008200 at 4[0-9a-f]{7}"),
    (r"memory\.privilege_control\.(read|write)", "value 00000000"),
    (r"memory\.(console|otp_bus)\.run", "fault memory 00000001, place .*"),
    (r"memory\..*\.run", f"fault secure ({NO_GATE}|{NOT_OURS}), place .*"),
    (r"memory\..*\.(read|write)", f"fault secure {NOT_OURS}"),

    (r"gate\.id_.*", "connection refused"),
    (r"gate\.request_misaligned", "0 wrong"),
    (r"gate\.request_in_every_forbidden_place", "900 refused, 0 taken"),
    (r"gate\.request_all_ones", "programmer error, gave 0"),
    (r"gate\.request_.*", "programmer error"),
    (r"gate\.sizes_zero_with_wild_pointers", "success, gave 0"),
    (r"gate\.in_code_memory", "success, gave 0"),
    (r"gate\.out_huge", "success, gave 256"),
    (r"gate\.out_misaligned", "success, gave 33"),
    (r"gate\.out_one_short", "buffer too small, gave 0"),
    (r"gate\.out_where_none_is_given", "success, gave 0"),
    (r"gate\.every_call_arguments_from_forbidden_places", "510 refused, 0 taken"),
    (r"gate\.every_call_input_from_forbidden_places", "150 refused, 0 taken"),
    (r"gate\.every_call_output_to_forbidden_places", "300 refused, 0 taken"),
    (r"gate\.(sizes|arguments|in|out)_(?!in_request).*", "programmer error, gave 0"),
    (r"gate\.answer_over_request", "success"),
    (r"gate\.signature_over_hash", SIGNATURE),
    (r"gate\.arguments_in_request", "invalid handle"),
    (r"gate\.registers_after", "nothing"),
    (r"gate\.return_to_.*", f"fault secure {NO_GATE}, place .*"),
    (r"gate\.return_as_function_return", "restart by fault"),
    (r"gate\.return_as_exception_return", "fault memory in the secure world 00000001, place unknown"),

    (r"race\.input", "0 wrong, 600 changed inside"),
    (r"race\..*", "0 wrong, 1500 changed inside"),

    (r"reentry\.call_from_interrupts_during_calls", "0 wrong"),
    (r"reentry\.call_from_.*", "not permitted"),
    (r"reentry\.registers_in_interrupts", "nothing, looked inside 600"),
    (r"reentry\.second_task", r"0 wrong, 5\d\d busy"),
    (r"reentry\.returns_out_of_order", r"0 wrong, 5\d\d crossed"),
    (r"reentry\.calls_left_inside", f"fault usage in the secure world {STACK_LIMIT}{SOMEWHERE}"),
    (r"reentry\.(interrupt|program)_stays.*", "fault watchdog 00000000, place unknown"),
    (r"reentry\.thread_to_function_return.*", "restart by fault"),
    (r"reentry\.thread_to_.*", f"fault secure {NO_GATE}, place ffffff.*"),
    (r"reentry\.(handler|interrupted_call)_to_function_return", f"fault usage {WRONG_RETURN}, place fefffffe"),
    (r"reentry\.handler_to_secure_thread_(and_own_msp|as_told)", f"{SECURE_WORLD} {BAD_FRAME}, place unknown"),
    (r"reentry\.interrupted_call_to_secure_thread_as_told", "came back: success"),
    (r"reentry\.interrupted_call_to_secure_thread_and_own_msp", f"fault (secure|usage) .*{SOMEWHERE}"),
    (r"reentry\..*_to_own_handler", f"fault usage {WRONG_RETURN}{SOMEWHERE}"),
    (r"reentry\..*_to_own_thread_as_secure", f"fault secure {BAD_RETURN}{SOMEWHERE}"),
    (r"reentry\..*_to_own_thread_msp", f"fault (secure|usage) .*{SOMEWHERE}"),  # our own program, on a stack of noise
    (r"reentry\..*_to_reserved_bits", f"fault secure {BAD_RETURN}{SOMEWHERE}"),
    (r"reentry\.(handler|interrupted_call)_to_.*", f"{SECURE_WORLD} {BAD_RETURN}, place (unknown|380[01].*)"),
    (r"reentry\.registers_in_crash_record_.", f"{SECURE_WORLD} {BAD_RETURN}, place (unknown|380[01].*)"),

    (r"system\.vectors_in_(device|own_zeroes)", f"fault secure {NO_GATE}{SOMEWHERE}"),  # a vector of 0: secure code
    (r"system\.vectors_.*", f"fault hard 00000000{SOMEWHERE}"),
    (r"system\..*\.(read|write)", "value 00000000"),
    (r"system\.sau_off_then_read", f"fault secure {NOT_OURS}"),
    (r"system\.(reset.*|clear_active|own_priorities_first|take_reset_right|take_faults)", "value 00000000"),
    (r"system\.take_faults_then_fault", f"fault secure {NOT_OURS}"),
    (r"system\.pretend_all_are_active_then_fault", "fault (secure|hard) .*"),
    (r"system\.pend_.*", "came back"),
    (r"system\.take_interrupts", "targets 00000000 00000000 00000000 00000000, "
                                 "enabled 00000038 00011030 00000000 00000000"),
    (r"system\.semihosting_by_svc", "came back"),  # to our own handler
    (r"system\.own_watchdog", "fault watchdog 00000000, place unknown"),
    (r"system\.(semihosting|breakpoint)", "fault hard 00000000"),
    (r"system\.(semihosting_by_hlt|bxns|blxns|ask_as_the_other_world)", f"fault usage {UNDEFINED}"),
    (r"system\.gate_of_our_own", f"fault secure {NOT_OURS}"),
    (r"system\.ask_about_secure_memory", "value 000[0-9a-f]0000"),  # rights by our MPU only; S, NSR, NSRW, region: 0
    (r"system\.unprivileged_calls", "18 refused, 0 taken"),
    (r"system\.kernels_page_as_.*", "programmer error"),
    (r"system\.read_only_page_as_output", "programmer error"),
    (r"system\.(read_only|open)_page_as_.*", "success"),

    (r"stack\.(svc|fault)_in_device", f"fault secure .*{SOMEWHERE}"),
    (r"stack\.fault_in_own_memory", f"fault secure {NOT_OURS}"),
    (r"stack\.(svc|fault)_(?!in_handler).*", f"fault secure {PUSHED} at [0-9a-f]{{8}}, place unknown"),
    # Hard: in handlers, and masked, the emulator ranks SecureFault like a non-secure exception and lets it escalate.
    (r"stack\.(masked_fault|handler|fault_in_handler)_.*",
     f"fault (hard 00000000|secure .*|usage {STACK_LIMIT}){SOMEWHERE}"),
    (r"stack\.limit_above.*", f"fault usage {STACK_LIMIT}{SOMEWHERE}"),
    (r"stack\.secure_names", "value 00000000"),

    (r"keys\.export_own", "not permitted, gave 0"),
    (r"keys\.export_.*", "invalid handle, gave 0"),
    (r"keys\.make_(exportable|copyable)", "not permitted, export: invalid handle"),
    (r"keys\.make_over_own", "already exists"),
    (r"keys\.make_(identity|null|beyond)", "invalid argument"),
    (r"keys\.make_(volatile|elsewhere)", "not supported"),
    (r"keys\.destroy_identity", "not permitted"),
    (r"keys\.sign_(with_no_algorithm|deterministic)", "not permitted"),
    (r"keys\.sign_.*", "invalid argument"),
    (r"keys\.read_.*_as_item", "does not exist, gave 0"),
    (r"keys\.remove_own_as_item", "does not exist"),
    (r"keys\.replace_own_as_item", "success, key: success, success"),  # an item of the same number is another thing
    (r"keys\.read_(far_)?behind_item", "invalid argument, gave 0"),
    (r"keys\.storage_anew", "not permitted"),
    (r"keys\.(loader_as_component|component_255)", "does not exist"),
    (r"keys\.write_all_over", "success, 16 of 64 taken"),
    (r"keys\.write_.*", "invalid argument"),
    (r"keys\.finish_nonsense", "status -143, bad state, bad state"),
    (r"keys\.give_up_update", "success, success"),

    (r"flood\.refused_calls", "0 wrong"),
    (r"flood\.random_calls", "20000 calls, many were taken"),
    (r"flood\.clean_up", "bad state"),

    (r"end\.write_once", "not permitted, not permitted"),
    (r"end\.items", "intact, intact"),
    (r"end\.public_key", KEY),
    (r"end\.sign", SIGNATURE),
)
