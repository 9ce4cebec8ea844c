# Are there more horses than cows?
def execute_command(image):
    horses = find(image, "horse")
    cows = find(image, "cow")
    if len(horses) > len(cows):
        return "yes"
    return "no"
