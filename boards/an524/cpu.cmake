# How code for this board's CPU is generated: Cortex-M33 with DSP, no FPU. Included at the top so that every library gets it;
# hf_stage() gives the same to programs, which may be of an outer project.
set(HF_CPU_OPTIONS -mcpu=cortex-m33 -mthumb -mfloat-abi=soft CACHE INTERNAL "of the board's processor")
set(HF_CODE_OPTIONS -Os -ffreestanding -ffunction-sections -fdata-sections CACHE INTERNAL "how its code is generated")
add_compile_options(${HF_CPU_OPTIONS} ${HF_CODE_OPTIONS})
add_link_options(${HF_CPU_OPTIONS})
