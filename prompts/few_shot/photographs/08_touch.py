# Is the laptop on the bed?
def execute_command(image):
    for laptop in find(image, "laptop"):
        for bed in find(image, "bed"):
            if overlaps(laptop, bed):
                return "yes"
    return "no"
