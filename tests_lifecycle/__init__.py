"""What is left when a stage is taken away, shown on the local stage.

Each test deploys a stage to an emulator of its own; may import `local_stage`.
"""
