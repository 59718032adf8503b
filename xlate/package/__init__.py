"""Model packages: the registry of OPUS-MT, pulling, converting, and the doctor that examines what came of it."""
