"""The SDK inside somebody else's code base: copied, recorded, checked, brought up to date."""
